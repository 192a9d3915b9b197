"""Face 3: the console of an organization's staff. JSON under `/console/api/v1`, pages under `/console/`."""
