"""The stages of an assessment: each takes saved, typed inputs and gives tables for the report. No model lives here."""
