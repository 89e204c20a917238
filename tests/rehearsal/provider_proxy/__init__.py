"""Stock terraform and the stock provider, with the proxy between them and without it."""
