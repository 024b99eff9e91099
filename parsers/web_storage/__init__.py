"""What web pages store in browsers, WebViews and Electron: Local Storage, Session Storage, IndexedDB."""
