"""One cash register: it sells whatever happens to the network, the server, the power or a snapshot."""
