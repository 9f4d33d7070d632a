// Send the time zone of the browser to the server in a cookie, because the server draws the hours and days of the listening page.

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const listeningData = document.querySelector("#listening-data");
if (zone && listeningData && listeningData.dataset.zone !== zone) {
  document.cookie = `zone=${zone}; path=/; max-age=31536000; samesite=lax`;
  const refresh = () => window.htmx?.trigger(listeningData, "live");
  if (document.readyState === "complete") refresh();
  else addEventListener("load", refresh, { once: true });
}
