"""Labelled images: data sets, folders, fetching, mixtures, distortions."""
