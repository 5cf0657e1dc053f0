"""What the pages show: reads of whole sets, with a number of queries that does not grow with the rows."""
