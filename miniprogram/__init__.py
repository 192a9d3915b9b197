"""Face 2, the mini-program: a WebSocket for everything that happens, and a small JSON API beside it."""
