// Loads the library, but registers nothing.
import '@azure/functions'
