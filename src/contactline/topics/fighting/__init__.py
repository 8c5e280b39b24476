"""What can fighting still achieve, and what does it cost?"""
