"""The preview's sockets: of the page where somebody writes, and of the screens that show it."""
