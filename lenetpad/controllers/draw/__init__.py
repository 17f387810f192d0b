"""The Draw page's controller: readings, networks, documents, tools, and the sheet that is kept."""
