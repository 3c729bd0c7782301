// Fails while it is loaded.
throw new Error('this app does not load')
