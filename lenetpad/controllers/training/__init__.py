"""The Train page's controller: the training that is on, the list of runs, film and exports."""
