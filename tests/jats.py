"""JATS as eLife's production vendor makes it, small and our own: the XML of the articles that tests are made of.

An author's accepted manuscript (`poa`) is all in its PDF: its XML has no body, no figures, no volume.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

_CHANNELS = {
    "research-article": "Research Article",
    "article-commentary": "Insight",
    "editorial": "Editorial",
    "book-review": "Book Review",
    "discussion": "Feature Article",
    "correction": "Correction",
}


@dataclass(frozen=True)
class Jats:
    """An article with `figures` figures, the first with a supplement; `name(asset, extension)` names its files."""

    article_id: str
    status: str
    title: str
    article_type: str
    figures: int
    name: Callable[[str, str], str]

    @property
    def images(self) -> list[str]:
        """The assets that are TIFFs: `fig1`, `fig1-figsupp1`, `fig2` …, and `inf1`, which stands in a line."""
        if not self._is_vor:
            return []
        figures = [f"fig{number}" for number in range(1, self.figures + 1)]
        return [*figures, *(["fig1-figsupp1"] if figures else []), "inf1"]

    @property
    def attachments(self) -> list[tuple[str, str]]:
        """The other files that the XML names: asset and extension."""
        return [("supp1", "csv")] if self._is_vor else []

    @property
    def _is_vor(self) -> bool:
        return self.status == "vor"

    def document(self) -> bytes:
        """The whole file."""
        return f"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE article PUBLIC "-//NLM//DTD JATS (Z39.96) Journal Archiving and Interchange DTD v1.1d3 20150301//EN" \
"JATS-archivearticle1.dtd"><article article-type="{self.article_type}" dtd-version="1.1d3" \
xmlns:xlink="http://www.w3.org/1999/xlink">{self._front()}{self._body()}\
<back>{_NOTES}{_REFERENCES if self._is_vor else ""}</back>{self._sub_articles()}</article>
""".encode()

    def _front(self) -> str:
        # What only a version of record has: it is in an issue, and its subjects and keywords are edited.
        collection = '<pub-date pub-type="collection"><year>2016</year></pub-date><volume>5</volume>'
        return f"""<front><journal-meta><journal-id journal-id-type="publisher-id">eLife</journal-id>\
<journal-title-group><journal-title>eLife</journal-title></journal-title-group>\
<issn publication-format="electronic">2050-084X</issn>\
<publisher><publisher-name>eLife Sciences Publications, Ltd</publisher-name></publisher></journal-meta><article-meta>\
<article-id pub-id-type="publisher-id">{self.article_id}</article-id>\
<article-id pub-id-type="doi">10.7554/eLife.{self.article_id}</article-id><article-categories>\
<subj-group subj-group-type="display-channel"><subject>{_CHANNELS[self.article_type]}</subject></subj-group>\
<subj-group subj-group-type="heading"><subject>Genomics and Evolutionary Biology</subject></subj-group>\
</article-categories><title-group><article-title>{self.title}</article-title></title-group>{_CONTRIBUTORS}\
<author-notes><corresp id="cor1"><label>*</label>For correspondence: <email>ada@example.org</email></corresp>\
<fn fn-type="con" id="equal1"><label>†</label><p>These authors contributed equally to this work</p></fn></author-notes>\
<pub-date date-type="pub" publication-format="electronic"><day>28</day><month>05</month><year>2016</year></pub-date>\
{collection if self._is_vor else ""}<elocation-id>e{self.article_id}</elocation-id>\
<permissions><copyright-statement>© 2016, Byte et al</copyright-statement><copyright-year>2016</copyright-year>\
<copyright-holder>Byte et al</copyright-holder><license xlink:href="http://creativecommons.org/licenses/by/4.0/">\
<license-p>Distributed under the terms of the Creative Commons Attribution License.</license-p></license></permissions>\
<self-uri content-type="pdf" xlink:href="{self.name("", "pdf")}"/>{self._abstracts()}{_KEYWORDS}{_FUNDING}\
<custom-meta-group><custom-meta specific-use="meta-only"><meta-name>Author impact statement</meta-name>\
<meta-value>Flies that are counted by hand are <italic>fewer</italic> than expected.</meta-value></custom-meta>\
</custom-meta-group></article-meta></front>"""

    def _abstracts(self) -> str:
        return f"""<abstract>{self._doi(1)}\
<p>We counted flies &amp; found <italic>n</italic> = 12 of them.</p></abstract>\
<abstract abstract-type="executive-summary">{self._doi(2)}<title>eLife digest</title>\
<p>There are twelve flies.</p></abstract>"""

    def _body(self) -> str:
        figures = "".join(self._figure(number) for number in range(1, self.figures + 1))
        supplement = f"""<supplementary-material id="SD1-data">{self._doi(90)}<label>Supplementary file 1.</label>\
<caption><title>Every fly.</title></caption>\
<media mime-subtype="csv" mimetype="application" xlink:href="{self.name("supp1", "csv")}"/></supplementary-material>"""
        if not self._is_vor:
            return ""
        return f"""<body><sec id="s1" sec-type="intro"><title>Introduction</title><p>Flies have been counted before \
(<xref ref-type="bibr" rid="bib1">Gray, 2010</xref>), with the sign \
<inline-graphic xlink:href="{self.name("inf1", "tif")}"/>.</p></sec>\
<sec id="s2" sec-type="results"><title>Results</title>{figures}<p>There were twelve.</p>{_TABLE}</sec>\
<sec id="s3" sec-type="supplementary-material"><title>Additional files</title>{supplement}</sec></body>"""

    def _figure(self, number: int) -> str:
        figure = self._one_figure(f"fig{number}", f"Figure {number}.", 2 * number + 1)
        if number > 1:
            return figure
        supplement = self._one_figure("fig1-figsupp1", "Figure 1—figure supplement 1.", 4, ' specific-use="child-fig"')
        return f"<fig-group>{figure}{supplement}</fig-group>"

    def _one_figure(self, asset: str, label: str, doi: int, use: str = "") -> str:
        return f"""<fig id="{asset.replace("fig1-figsupp", "fig1s")}" position="float"{use}>{self._doi(doi)}\
<label>{label}</label><caption><title>What {label} shows.</title><p>Bars are flies.</p></caption>\
<graphic mime-subtype="tiff" mimetype="image" xlink:href="{self.name(asset, "tif")}"/></fig>"""

    def _sub_articles(self) -> str:
        if not self._is_vor or self.article_type != "research-article":
            return ""
        return f"""<sub-article article-type="article-commentary" id="SA1"><front-stub>\
<article-id pub-id-type="doi">10.7554/eLife.{self.article_id}.098</article-id><title-group>\
<article-title>Decision letter</article-title></title-group><contrib-group><contrib contrib-type="editor"><name>\
<surname>Reviewer</surname><given-names>Rita</given-names></name><role>Reviewing editor</role><aff>\
<institution>Fly University</institution>, <country>Norway</country></aff></contrib></contrib-group></front-stub><body>\
<p>Please count again.</p></body></sub-article>\
<sub-article article-type="reply" id="SA2"><front-stub>\
<article-id pub-id-type="doi">10.7554/eLife.{self.article_id}.099</article-id><title-group>\
<article-title>Author response</article-title></title-group></front-stub><body><p>We did.</p></body></sub-article>"""

    def _doi(self, number: int) -> str:
        return f'<object-id pub-id-type="doi">10.7554/eLife.{self.article_id}.{number:03}</object-id>'


_CONTRIBUTORS = """<contrib-group><contrib contrib-type="author" corresp="yes" equal-contrib="yes" id="author-1">\
<contrib-id contrib-id-type="orcid">http://orcid.org/0000-0002-1825-0097</contrib-id>\
<name><surname>Byte</surname><given-names>Ada</given-names></name><xref ref-type="aff" rid="aff1"/>\
<xref ref-type="corresp" rid="cor1">*</xref><xref ref-type="fn" rid="equal1">†</xref>\
<xref ref-type="other" rid="par-1"/><xref ref-type="fn" rid="con1"/><xref ref-type="fn" rid="conf1"/></contrib>\
<contrib contrib-type="author" equal-contrib="yes" id="author-2"><name><surname>Näme</surname>\
<given-names>Bo Æ</given-names><suffix>Jr</suffix></name><xref ref-type="aff" rid="aff1"/>\
<xref ref-type="aff" rid="aff2"/><xref ref-type="fn" rid="equal1">†</xref><xref ref-type="fn" rid="con2"/>\
<xref ref-type="fn" rid="conf1"/></contrib>\
<aff id="aff1"><label>1</label><institution content-type="dept">Department of Flies</institution>, \
<institution>Fly University</institution>, <addr-line><named-content content-type="city">Oslo</named-content>\
</addr-line>, <country>Norway</country></aff><aff id="aff2"><label>2</label>\
<institution>Institute of Counting</institution>, <addr-line><named-content content-type="city">Lund</named-content>\
</addr-line>, <country>Sweden</country></aff></contrib-group><contrib-group content-type="section">\
<contrib contrib-type="editor"><name><surname>Reviewer</surname><given-names>Rita</given-names></name>\
<role>Reviewing editor</role><aff><institution>Fly University</institution>, <country>Norway</country></aff></contrib>\
</contrib-group>"""

_KEYWORDS = """<kwd-group kwd-group-type="author-keywords"><title>Author keywords</title><kwd>counting</kwd>\
<kwd><italic>white</italic> gene</kwd></kwd-group><kwd-group kwd-group-type="research-organism">\
<title>Research organism</title><kwd><italic>D. melanogaster</italic></kwd></kwd-group>"""

_FUNDING = """<funding-group><award-group id="par-1"><funding-source><institution-wrap>\
<institution-id institution-id-type="FundRef">http://dx.doi.org/10.13039/100000001</institution-id>\
<institution>National Fly Foundation</institution></institution-wrap></funding-source><award-id>FLY-12</award-id>\
<principal-award-recipient><name><surname>Byte</surname><given-names>Ada</given-names></name>\
</principal-award-recipient></award-group><funding-statement>The funder had no role in counting.</funding-statement>\
</funding-group>"""

_TABLE = """<table-wrap id="tbl1" position="float"><label>Table 1.</label>\
<caption><title>Flies by day.</title></caption>\
<table><thead><tr><th>Day</th><th>Flies</th></tr></thead><tbody><tr><td>1</td><td>12</td></tr></tbody></table>\
</table-wrap>"""

_NOTES = """<ack id="ack"><title>Acknowledgements</title><p>Thanks to the flies.</p></ack>\
<fn-group content-type="competing-interest"><title>Competing interests</title><fn fn-type="conflict" id="conf1">\
<p>The authors declare that no competing interests exist.</p></fn></fn-group>\
<fn-group content-type="author-contribution"><title>Author contributions</title><fn fn-type="con" id="con1">\
<p>AB, Conception and design</p></fn><fn fn-type="con" id="con2"><p>BÆN, Acquisition of data</p></fn></fn-group>"""

_REFERENCES = """<ref-list><title>References</title><ref id="bib1"><element-citation publication-type="journal">\
<person-group person-group-type="author"><name><surname>Gray</surname><given-names>E</given-names></name>\
</person-group><year>2010</year><article-title>On counting</article-title>\
<source>Journal of Small Numbers</source><volume>1</volume>\
<fpage>1</fpage><lpage>2</lpage><pub-id pub-id-type="doi">10.1000/small.1</pub-id></element-citation></ref>\
<ref id="bib2"><element-citation publication-type="book"><person-group person-group-type="author">\
<collab>The Fly Consortium</collab></person-group><year>2011a</year><source>All Flies</source>\
<publisher-name>Fly Press</publisher-name><publisher-loc>Oslo</publisher-loc></element-citation></ref></ref-list>"""
