"""The front door: the command line, the demo, the jobs and the web page. Thin: it calls the other rooms."""
