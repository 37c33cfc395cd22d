"""How a call is authenticated: OAuth2 requests and answers, JWT exchange, API key. No I/O of its own."""
