"""Cases for the authority's own casework system: the folder of one, and rows of the SEN2 return."""
