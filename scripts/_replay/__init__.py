"""Years of real sales through a real till: a file of invoices, sold line by line over HTTP, to the cent."""
