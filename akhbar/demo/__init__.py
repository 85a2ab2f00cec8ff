"""The demo: outlets' own sites served on loopback, so that everything but the network is the real thing."""
