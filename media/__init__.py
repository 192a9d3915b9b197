"""Pictures, voices, videos and files: proven, made safe, kept. Below the faces, above the core."""
