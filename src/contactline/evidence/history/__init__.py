"""Wars and truces since 1816, derived from public archives: what the fitted history rests on.

`tables` declares and reads what ships, `build` derives it again from a folder of the archives.
"""
