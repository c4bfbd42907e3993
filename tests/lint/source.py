"""Reads C sources for lint.py: what is code, what is a string, what is a comment."""

import re

TOKEN = re.compile(
    r"""(?P<comment>//[^\n]*|/\*.*?\*/)
      |(?P<string>"(?:\\.|[^"\\\n])*")
      |(?P<char>'(?:\\.|[^'\\\n])*')""",
    re.X | re.S)
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"\n]+)[>"]', re.M)


def blank(text):
    """Spaces of the same length and lines."""
    return re.sub(r"[^\n]", " ", text)


class Source:
    """One file. `code` is its text with comments and literals blanked, so that offsets and
    lines are the same in both."""

    def __init__(self, root, path):
        self.path = path.relative_to(root).as_posix()
        self.text = path.read_text(encoding="utf-8", errors="replace")
        self.lines = self.text.split("\n")
        self.is_c = path.suffix in (".c", ".h", ".cc")
        self.code = self.text
        self.strings = []
        if self.is_c:
            self.read_tokens()

    def read_tokens(self):
        pieces, at = [], 0
        include_lines = {self.line(m.start()) for m in INCLUDE.finditer(self.text)}
        for match in TOKEN.finditer(self.text):
            pieces.append(self.text[at:match.start()])
            pieces.append(blank(match.group()))
            at = match.end()
            if match.group("string") and self.line(match.start()) not in include_lines:
                self.strings.append((match.start(), match.end(), match.group()[1:-1]))
        pieces.append(self.text[at:])
        self.code = "".join(pieces)

    def line(self, offset):
        return self.text.count("\n", 0, offset) + 1

    def includes(self):
        """(line, '<' or '"', name) of each include, in order."""
        return [(self.line(m.start()), m.group(1), m.group(2))
                for m in INCLUDE.finditer(self.text)]

    def literals(self):
        """(line, text) of each string, adjacent ones joined as the compiler joins them."""
        joined, end = [], None
        for start, stop, text in self.strings:
            if end is not None and self.code[end:start].strip() == "" and "\n#" not in \
                    self.text[end:start]:
                joined[-1][1] += text
            else:
                joined.append([self.line(start), text])
            end = stop
        return [(line, text) for line, text in joined]

    def functions(self):
        """(line, lines in its body) of each function."""
        code = re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", lambda m: blank(m.group()),
                      self.code, flags=re.M)
        code = re.sub(r"\b(?:extern|namespace\b[\w: ]*)\s*\{",
                      lambda m: blank(m.group()), code)
        found, depth, start = [], 0, None
        for match in re.finditer(r"[{}]", code):
            if match.group() == "{":
                if depth == 0 and re.search(r"\)\s*(?:const\s*)?$", code[:match.start()]):
                    start = match.start()
                depth += 1
            else:
                depth = max(depth - 1, 0)
                if depth == 0 and start is not None:
                    lines = code.count("\n", start, match.start()) - 1
                    found.append((self.line(start), lines))
                    start = None
        return found

    def bare_statements(self):
        """The line of each if, for, while or else without braces."""
        for match in re.finditer(r"\b(if|for|while|else)\b", self.code):
            line_start = self.code.rfind("\n", 0, match.start()) + 1
            if self.code[line_start:match.start()].lstrip().startswith("#"):
                continue
            at = match.end()
            if match.group() != "else":
                at = self.after_parentheses(at)
                if at is None:
                    continue
            rest = re.sub(r"^(?:\s|\\\n)+", "", self.code[at:at + 400])
            if rest.startswith("{") or (match.group() == "else" and
                                        re.match(r"if\b", rest)):
                continue
            if not (match.group() == "while" and self.closes_do(match.start())):
                yield self.line(match.start())

    def closes_do(self, at):
        """Whether the while at this offset ends a do block."""
        before = self.code[:at].rstrip(" \t\n\\")
        if not before.endswith("}"):
            return False
        depth = 0
        for match in re.finditer(r"[{}]", before[::-1]):
            depth += 1 if match.group() == "}" else -1
            if depth == 0:
                opening = len(before) - match.end()
                return re.search(r"\bdo[\s\\]*$", before[:opening]) is not None
        return False

    def after_parentheses(self, at):
        start = re.compile(r"\s*\(").match(self.code, at)
        if start is None:
            return None
        depth = 0
        for match in re.compile(r"[()]").finditer(self.code, start.end() - 1):
            depth += 1 if match.group() == "(" else -1
            if depth == 0:
                return match.end()
        return None
