/** What the Python driver loads when something is drawn: a figure of matplotlib as a picture and as the data in it. */

/** Defines `figure_message(figure)` and `keep_boxes(pyplot)`. */
export const pythonCharts = String.raw`
import base64, functools, io, math

PIXELS = 4000000
IMAGE_BYTES = 3000000
POINTS = 5000
ITEMS = 500


def number(value):
    try:
        found = float(value)
    except (TypeError, ValueError):
        return None
    return found if math.isfinite(found) else None


def numbers(values):
    return [found for found in map(number, values) if found is not None]


def words(value):
    return str(value)[:500]


def label_of(artist):
    label = artist.get_label()
    return {} if label is None or str(label).startswith('_') else {'label': words(label)}


def points_of(pairs):
    pairs = list(pairs)
    step = max(1, -(-len(pairs) // POINTS))
    found = ([number(x), number(y)] for x, y in pairs[::step])
    return [pair for pair in found if None not in pair]


def keep_boxes(pyplot):
    # The artists of a box plot do not tell which belong together, its statistics do.
    draw = pyplot.Axes.bxp

    @functools.wraps(draw)
    def bxp(axes, bxpstats, *arguments, **options):
        bxpstats = list(bxpstats)
        axes._thaw_boxes = getattr(axes, '_thaw_boxes', []) + bxpstats
        return draw(axes, bxpstats, *arguments, **options)

    pyplot.Axes.bxp = bxp


def boxes(axes):
    for index, stats in enumerate(getattr(axes, '_thaw_boxes', [])[:ITEMS]):
        box = {'label': words(stats.get('label') or index + 1)}
        names = {'min': 'whislo', 'first_quartile': 'q1', 'median': 'med', 'third_quartile': 'q3', 'max': 'whishi'}
        box.update({name: number(stats.get(key)) for name, key in names.items()})
        box['outliers'] = numbers(stats.get('fliers', ()))
        yield {name: value for name, value in box.items() if value is not None}


def slices(axes):
    from matplotlib.patches import Wedge
    for wedge in [patch for patch in axes.patches if isinstance(patch, Wedge)][:ITEMS]:
        yield {**label_of(wedge), 'angle': float(abs(wedge.theta2 - wedge.theta1)), 'radius': float(wedge.r)}


def named(axis, place):
    # Numbers on a plain axis are places, not names.
    if type(axis.get_major_formatter()).__name__ not in ('FixedFormatter', 'StrCategoryFormatter'):
        return '%g' % place
    ticks = [(abs(at - place), tick.get_text()) for at, tick in zip(axis.get_ticklocs(), axis.get_ticklabels())]
    return words(min(ticks)[1]) if ticks else '%g' % place


def bars(axes):
    from matplotlib.container import BarContainer
    for group in [each for each in axes.containers if isinstance(each, BarContainer)]:
        flat = getattr(group, 'orientation', 'vertical') == 'horizontal'
        kind = {'group': words(group.get_label())} if not str(group.get_label()).startswith('_') else {}
        for bar in list(group.patches)[:ITEMS]:
            place = bar.get_y() + bar.get_height() / 2 if flat else bar.get_x() + bar.get_width() / 2
            size = bar.get_width() if flat else bar.get_height()
            yield {'label': named(axes.yaxis if flat else axes.xaxis, place), **kind, 'value': '%.12g' % size}


def clouds(axes):
    from matplotlib.collections import PathCollection
    for cloud in [each for each in axes.collections if isinstance(each, PathCollection)][:ITEMS]:
        yield {**label_of(cloud), 'points': points_of(cloud.get_offsets())}
    for line in axes.lines[:ITEMS]:
        if line.get_linestyle() in ('None', '', ' '):
            yield {**label_of(line), 'points': points_of(line.get_xydata())}


def lines(axes):
    for line in axes.lines[:ITEMS]:
        if line.get_linestyle() not in ('None', '', ' '):
            yield {**label_of(line), 'points': points_of(line.get_xydata())}


def elements_of(axes):
    for kind, find in (('box_and_whisker', boxes), ('pie', slices), ('bar', bars)):
        found = list(find(axes))
        if found:
            return kind, found
    dots, strokes = list(clouds(axes)), list(lines(axes))
    if dots and len(dots) >= len(strokes):
        return 'scatter', dots
    return ('line', strokes) if strokes else ('unknown', [])


def scale_of(axis):
    get = getattr(axis, 'get_converter', None)
    name = type(get() if get else axis.converter).__name__
    if 'Date' in name:
        return 'datetime'
    return 'categorical' if name == 'StrCategoryConverter' else words(axis.get_scale())


def axes_chart(axes):
    kind, elements = elements_of(axes)
    chart = {'type': kind, 'elements': elements}
    if axes.get_title():
        chart['title'] = words(axes.get_title())
    if kind == 'pie':
        return chart
    for side, axis in (('x', axes.xaxis), ('y', axes.yaxis)):
        chart[side + '_label'] = words(axis.get_label_text())
        chart[side + '_scale'] = scale_of(axis)
        chart[side + '_ticks'] = numbers(axis.get_ticklocs()[:ITEMS])
        chart[side + '_tick_labels'] = [words(tick.get_text()) for tick in axis.get_ticklabels()[:ITEMS]]
    return chart


def picture(figure):
    width, height = figure.get_size_inches()
    dpi = min(100.0, math.sqrt(PIXELS / max(width * height, 0.01)))
    for attempt in (dpi, dpi / 2):
        file = io.BytesIO()
        figure.savefig(file, format='png', dpi=attempt, bbox_inches='tight')
        if file.tell() <= IMAGE_BYTES:
            return file.getvalue()
    return None


def described(figure):
    parts = [axes for axes in figure.axes if axes.get_label() != '<colorbar>']
    above = figure._suptitle.get_text() if getattr(figure, '_suptitle', None) is not None else ''
    if len(parts) == 1:
        chart = axes_chart(parts[0])
    else:
        chart = {'type': 'composite_chart' if parts else 'unknown', 'elements': [axes_chart(axes) for axes in parts]}
    if above and 'title' not in chart:
        chart['title'] = words(above)
    return chart


def figure_message(figure):
    # Drawn first: only then are the ticks where they will be.
    data = picture(figure)
    try:
        chart = described(figure)
    except Exception:
        chart = {'type': 'unknown', 'elements': []}
    message = {'type': 'result', 'chart': chart}
    if data is None:
        message['text'] = 'The picture of this chart is too large to be sent.'
    else:
        message['image'] = {'mimeType': 'image/png', 'data': base64.b64encode(data).decode()}
    return message
`;
