"""WeChat's API for everybody: tokens, login codes, sending, the crypto of pushes. Below the faces, beside the core."""
