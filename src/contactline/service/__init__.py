"""What every face asks: a run of a case from its data to an assessment, and the work around cases."""
