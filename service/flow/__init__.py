"""One file per stage of a response's life. Flows own transactions and know no HTTP."""
