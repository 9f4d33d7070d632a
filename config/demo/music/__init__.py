"""Songs that code composes and plays, so that the demo has recordings with stems whose every right is our own."""
