"""Lists of pupils as schools' own systems export them: CSV and XLSX, whatever their columns.

``texts``, ``delimited``, ``workbooks``   bytes to rows of text cells, within ``limits``
``catalogue``   the data files: fields, words, layouts of products
``guessing``, ``days``, ``meanings``   what a column, a date, a word means
``looking``   what is shown and asked before anything is read
``joining``, ``making``   tables that belong together, and the records that they make
``pupil_lists``   exchange.ports.imports.ListReader over all this, and over CTFs

No vendor's layout is public: those here are data files, compiled from public code that reads such
exports. Nothing depends on one of them.
"""
