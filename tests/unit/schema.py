#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""schema.py SCHEMA [all [COMMAND...]]: is each JSON document of stdin one of that schema, and has it
nothing that the schema does not know? all: is there one of each command but these?"""
import json
import sys

import jsonschema

with open(sys.argv[1], encoding="utf-8") as file:
    schema = json.load(file)
jsonschema.Draft7Validator.check_schema(schema)
# The contract lets later versions add names; this version adds none.
for name, definition in schema["definitions"].items():
    if name.endswith("_document"):
        definition["additionalProperties"] = False
        definition["properties"] |= schema["properties"]
    elif name not in ("stats", "module"):
        definition["additionalProperties"] = False
validator = jsonschema.Draft7Validator(schema)
decoder = json.JSONDecoder()
text, seen, faults = sys.stdin.read().strip(), set(), 0
while text:
    document, end = decoder.raw_decode(text)
    text = text[end:].lstrip()
    seen.add(document["command"])
    for error in validator.iter_errors(document):
        faults += 1
        where = ".".join(map(str, error.absolute_path))
        print(f"{document.get('command')}: {where}: {error.message[:300]}", file=sys.stderr)
known = {name[:-len("_document")] for name in schema["definitions"] if name.endswith("_document")}
wrong = seen - known | (known - seen - set(sys.argv[3:]) if "all" in sys.argv[2:] else set())
for command in sorted(wrong):
    print(f"{command}: in the schema or in what was printed, but not in both", file=sys.stderr)
sys.exit(faults > 0 or wrong != set() or not seen)
