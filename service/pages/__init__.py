"""One file per screen: reads the request, calls one flow function, answers."""
