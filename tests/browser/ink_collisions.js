// The number of lines of text in an element, and those whose ink reaches the ink of another line or is cut off.
// A line is the part of one text that has one top edge.
each => {
  const canvas = document.createElement("canvas").getContext("2d");
  const lines = [];
  const texts = document.createTreeWalker(each, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const node = texts.currentNode, parent = node.parentElement;
    if (!node.data.trim() || !parent.checkVisibility() || parent.closest(".visually-hidden, svg") || floats(parent)) continue;
    for (const line of linesOf(node)) lines.push(measure(line, parent));
  }

  // Whether it stays in view over what is scrolled.
  function floats(element) {
    const isOver = ["fixed", "sticky"].includes(getComputedStyle(element).position);
    return isOver || (element !== each && floats(element.parentElement));
  }

  function linesOf(node) {
    const found = [];
    const range = document.createRange();
    for (let at = 0; at < node.length; at++) {
      range.setStart(node, at);
      range.setEnd(node, at + 1);
      const box = [...range.getClientRects()].find((rect) => rect.height);
      if (!box) continue;
      const last = found.at(-1);
      if (last && Math.abs(last.top - box.top) < 1) {
        last.text += node.data[at];
        last.left = Math.min(last.left, box.left);
        last.right = Math.max(last.right, box.right);
      } else found.push({ text: node.data[at], top: box.top, left: box.left, right: box.right });
    }
    return found.filter((line) => line.text.trim());
  }

  function measure({ text, top, left, right }, parent) {
    const style = getComputedStyle(parent);
    canvas.canvas.lang = canvas.lang = parent.closest("[lang]").lang;
    canvas.direction = style.direction;
    canvas.font = `${style.fontStyle} ${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
    const shown = style.textTransform === "uppercase" ? text.toUpperCase() : text;
    const ink = canvas.measureText(shown);
    const baseline = top + ink.fontBoundingBoxAscent;
    return {
      text: text.trim(), baseline, left, right, parent,
      inkTop: baseline - ink.actualBoundingBoxAscent, inkBottom: baseline + ink.actualBoundingBoxDescent,
    };
  }

  const collisions = [];
  for (const upper of lines) {
    for (const lower of lines) {
      const isBelow = lower.baseline > upper.baseline + 2 && lower.left < upper.right && upper.left < lower.right;
      const overlap = upper.inkBottom - lower.inkTop;
      if (isBelow && overlap > 0) collisions.push(`${overlap.toFixed(1)} px: “${upper.text}” reaches “${lower.text}”`);
    }
    for (let box = upper.parent; box && each.contains(box); box = box.parentElement) {
      if (getComputedStyle(box).overflowY === "visible") continue;
      const { top, bottom } = box.getBoundingClientRect();
      const cut = Math.max(top - upper.inkTop, upper.inkBottom - bottom);
      if (cut > 0 && upper.baseline < bottom) collisions.push(`${cut.toFixed(1)} px: “${upper.text}” is cut off`);
    }
  }
  return [lines.length, collisions];
}
