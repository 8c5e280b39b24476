"""Wars, truces and promises since 1816, derived from public archives: what the fitted history rests on.

`tables` and `honours` declare and read what ships; `build` and `honours` derive it again from a folder of the archives.
"""
