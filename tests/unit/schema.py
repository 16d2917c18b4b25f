#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""schema.py SCHEMA: is each JSON document of stdin one of that schema, and has it
nothing that the schema does not know?"""
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
text, nr, faults = sys.stdin.read().strip(), 0, 0
while text:
    document, end = decoder.raw_decode(text)
    text = text[end:].lstrip()
    nr += 1
    for error in validator.iter_errors(document):
        faults += 1
        where = ".".join(map(str, error.absolute_path))
        print(f"{document.get('command')}: {where}: {error.message[:300]}", file=sys.stderr)
    if document["command"] + "_document" not in schema["definitions"]:
        faults += 1
        print(f"no such command in the schema: {document['command']}", file=sys.stderr)
sys.exit(faults > 0 or nr == 0)
