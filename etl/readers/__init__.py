"""Readers: a file into the temp table `raw_records`, every row with its `source_record`. One module per format."""
