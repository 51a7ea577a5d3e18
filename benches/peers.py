#!/usr/bin/env python3
"""Pages per CPU second of Python's extractors, on the pages `cargo bench --bench extract -- DIR` reads.

    pip install trafilatura lxml_html_clean resiliparse
    python3 benches/peers.py DIR

DIR holds gold.jsonl and the gzip files it names. Pages are decoded beforehand; each extractor gets
text and gives body and what metadata it has. One thread, one round after a warm-up on ten pages.
"""

import gzip
import json
import os
import sys
import time

import resiliparse.extract.html2text as html2text
import trafilatura


def pages(folder):
    with open(os.path.join(folder, "gold.jsonl"), encoding="utf-8") as lines:
        for line in lines:
            gold = json.loads(line)
            with gzip.open(os.path.join(folder, gold["page"])) as file:
                charset = (gold.get("charset") or "utf-8").rstrip("!")
                yield gold.get("url"), file.read().decode(charset, "replace")


EXTRACTORS = {
    "trafilatura": lambda url, html: trafilatura.bare_extraction(html, url=url, with_metadata=True),
    "resiliparse": lambda url, html: html2text.extract_plain_text(html, main_content=True),
}


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    read = list(pages(sys.argv[1]))
    for name, extract in EXTRACTORS.items():
        for url, html in read[:10]:
            extract(url, html)
        slowest, began = 0.0, time.process_time()
        for url, html in read:
            start = time.process_time()
            extract(url, html)
            slowest = max(slowest, time.process_time() - start)
        rate = len(read) / (time.process_time() - began)
        print(f"{name:14}{rate:.0f} pages a CPU second, the slowest in {slowest * 1000:.0f}ms")


if __name__ == "__main__":
    main()
