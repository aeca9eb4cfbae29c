"""Every figure of the board page a second time, from the cells of the workbook alone.

The oracle knows openpyxl and the definitions: what a blank may mean (the table of `risk.production.stops`), that a product
needs all its parts, what the makers of a market may get of what is short, and that a plant with a stock of S days and
arrivals A(t) has made min(t, min over u of t - u + S + A(u)) by day t. It shares no line with the package, and asks it
nothing.
"""
