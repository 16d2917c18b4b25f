#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Looks at a page that dfput report wrote.

safe PAGE: it is well-formed, and neither runs nor loads anything
text PAGE: what a reader sees, a piece a line
rows PAGE TABLE: are the numbers of that table's document, on stdin, in it?
frame PAGE WIDTH: a page with that one in a frame, whose title says how wide it is
png FILE WIDTH: is it a picture that wide, with something on it?
"""
import html
import json
import struct
import sys
import xml.etree.ElementTree as ElementTree
import zlib

ATTRIBUTES = """aria-hidden aria-label charset class content height href http-equiv id lang
	name role scope tabindex text-anchor width x y d""".split()
ELEMENTS = """a b body dd div dl dt figcaption figure footer h1 h2 h3 head header html li main
	meta nav p path rect section small span style svg table td text th title tr ul
	wbr""".split()


def parse(path):
	# A browser reads it as HTML, but both must see the same.
	with open(path, encoding='utf-8', newline='') as page:
		text = page.read()
	assert text.startswith('<!DOCTYPE html>\n'), 'it says that it is HTML'
	return ElementTree.fromstring(text)


def safe(path):
	root = parse(path)
	for element in root.iter():
		assert element.tag in ELEMENTS, element.tag
		for name, value in element.attrib.items():
			assert name in ATTRIBUTES, name
			assert name != 'href' or value[:1] == '#', value
	ids = [e.get('id') for e in root.iter() if e.get('id')]
	assert len(ids) == len(set(ids)), ids
	links = {e.get('href')[1:] for e in root.iter('a')}
	assert links and links <= set(ids), links
	(style,) = root.iter('style')
	assert not any(word in style.text for word in ('url', '@import', '<', '&', 'expression'))


def text(path):
	body = parse(path).find('body')
	for piece in body.itertext():
		if piece.strip():
			print(piece.strip())


def rows(path, table):
	"""Times are shown in another form, and alike rows as one."""
	document = json.load(sys.stdin)
	section = parse(path).find(".//section[@id='%s']" % table)
	lines = [[''.join(cell.itertext()) for cell in row] for row in section.iter('tr')]
	headings = lines[0] if lines else []
	compared = 0
	if 'FILES' in headings:
		total = sum(int(line[0]) for line in lines[1:])
		assert total == len(document[table]), total
	else:
		assert len(lines[1:]) == len(document[table]), lines
	for at, heading in enumerate(headings):
		name = heading.lower()
		if name == 'origin' or name not in document[table][0]:
			continue
		shown = [line[at] for line in lines[1:]]
		wanted = [row[name] for row in document[table]]
		if isinstance(wanted[0], int):
			assert {str(n) for n in wanted if n is not None} == set(shown) - {'-'}, name
			compared += 1
	assert compared or not lines, headings


def frame(path, width):
	with open(path, encoding='utf-8') as page:
		lines = [line for line in page if 'Content-Security-Policy' not in line]
	print("""<!DOCTYPE html>
<iframe width="%s" height="2000" style="border: 0" srcdoc="%s"></iframe>
<script>
onload = () => {
	const page = frames[0].document;
	const shown = [...page.querySelectorAll("section")].filter((s) => s.clientHeight > 40);
	document.title = page.documentElement.scrollWidth + " of " + frames[0].innerWidth + ", " +
		shown.length + " sections";
};
</script>""" % (width, html.escape(''.join(lines))))


def png(path, width):
	with open(path, 'rb') as file:
		data = file.read()
	assert data[:8] == b'\x89PNG\r\n\x1a\n'
	at, packed = 8, b''
	while at < len(data):
		size, kind = struct.unpack('>I4s', data[at:at + 8])
		if kind == b'IHDR':
			wide, high, depth, colours = struct.unpack('>IIBB', data[at + 8:at + 18])
		if kind == b'IDAT':
			packed += data[at + 8:at + 8 + size]
		at += size + 12
	assert wide == int(width), wide
	line = 1 + wide * {2: 3, 6: 4}[colours] * depth // 8
	pixels = zlib.decompress(packed)
	lines = {pixels[i:i + line] for i in range(0, high * line, line)}
	assert len(lines) > high // 10, 'it is not empty'


{'safe': safe, 'text': text, 'rows': rows, 'frame': frame, 'png': png}[sys.argv[1]](*sys.argv[2:])
