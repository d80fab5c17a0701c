"""One file per migration; a file never changes once it was released."""
