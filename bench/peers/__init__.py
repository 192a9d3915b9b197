"""What the house is compared with, in the same run: each brings up a server that the load client can speak to."""
