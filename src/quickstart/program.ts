/** The program that the quickstart's agent writes, runs and whose result it reads. Needs nothing but Python's core. */

export const programPath = 'mandelbrot.py';
export const resultPath = 'mandelbrot.txt';

export const program = `"""Draws the Mandelbrot set as text."""
WIDTH, HEIGHT, DEPTH = 66, 21, 60
SHADES = " .:-=+*#%@"


def steps(c):
    z = 0j
    for n in range(DEPTH):
        z = z * z + c
        if abs(z) > 2:
            return n
    return DEPTH


rows = [
    [steps(complex(-2.1 + 3.0 * x / WIDTH, -1.2 + 2.4 * y / (HEIGHT - 1))) for x in range(WIDTH)]
    for y in range(HEIGHT)
]
with open("${resultPath}", "w") as out:
    for row in rows:
        out.write("".join(SHADES[min(n * 3 // 4, len(SHADES) - 1)] for n in row).rstrip() + "\\n")
inside = sum(n == DEPTH for row in rows for n in row)
print(f"{WIDTH * HEIGHT} points, {inside} of them inside the set, drawn into ${resultPath}")
`;
