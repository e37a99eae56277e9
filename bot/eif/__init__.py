"""An article's XML -> its EIF: the JSON that the website and lax are sent.

convert        the whole: the XML's bytes -> a valid EIF, or an error with every reason
front          title, date, volume, subjects, keywords
contributors   authors, groups and their members, editors
referenced     what contributors point to: affiliations, emails, funding, footnotes
fragments      the parts that have a DOI of their own, as a tree with their paths
citations      the references
markup         text as the EIF has it

The XML is read by elifetools where it reads what the EIF needs. `python -m bot.eif article.xml --version 1` prints one.
"""

from bot.eif.failure import ConversionError

__all__ = ["ConversionError", "convert"]


def convert(xml: bytes, version: int, update: str | None = None, publish: bool = True) -> dict[str, object]:
    """The EIF of an article's XML: see bot.eif.article.convert. (Imported when first called: it loads 15 MB.)"""
    from bot.eif import article

    return article.convert(xml, version, update, publish)
