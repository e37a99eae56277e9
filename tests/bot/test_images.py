"""Pictures of every kind that a TIFF can be, made into the sizes of the contract."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
import pyvips  # type: ignore[import-untyped]

from bot.activity.task import PermanentFailure, TemporaryFailure
from bot.provider import converter
from bot.provider.converter import made
from bot.provider.pictures import pictures, sizes
from continuum.figures import WIDTHS
from tests.articles import tiff

FIGURE = "elife-00353-fig1-v1.tif"
RED = (200, 30, 40)
SIZE = (1000, 700)

plain: Any = (pyvips.Image.black(*SIZE) + RED).cast("uchar").copy(interpretation="srgb")
grey: Any = plain[0].copy(interpretation="b-w")


def converted(content: bytes, name: str = FIGURE) -> dict[str, Any]:
    """The pictures made, by what stands behind their names."""
    with tempfile.TemporaryFile() as file:
        file.write(content)
        return {size.suffix: (picture, pyvips.Image.new_from_buffer(picture, ""))
                for size, picture in made(file, name, sizes(name))}  # fmt: skip


def why_not(content: bytes, name: str = FIGURE) -> str:
    with pytest.raises(PermanentFailure) as caught:
        converted(content, name)
    return str(caught.value)


def with_field(picture: Any, kind: Any, name: str, value: Any) -> Any:
    changed = picture.copy()
    changed.set_type(kind, name, value)
    return changed


def with_profile(picture: Any, profile: bytes) -> Any:
    return with_field(picture, pyvips.GValue.blob_type, "icc-profile-data", profile)


def sixteen(picture: Any, interpretation: str) -> Any:
    return (picture.cast("ushort") * 257).cast("ushort").copy(interpretation=interpretation)


CMYK: Any = plain.icc_transform("cmyk", input_profile="srgb")  # with its profile
KINDS: dict[str, tuple[bytes, tuple[int, int, int], int]] = {  # and how far the colour may be from that
    "as it is": (plain.tiffsave_buffer(), RED, 3),
    "LZW": (plain.tiffsave_buffer(compression="lzw", predictor="horizontal"), RED, 3),
    "Deflate": (plain.tiffsave_buffer(compression="deflate"), RED, 3),
    "JPEG inside": (plain.tiffsave_buffer(compression="jpeg"), RED, 5),
    "tiles": (plain.tiffsave_buffer(tile=True), RED, 3),
    "BigTIFF": (plain.tiffsave_buffer(bigtiff=True), RED, 3),
    "16 bits": (sixteen(plain, "rgb16").tiffsave_buffer(), RED, 3),
    "grey": (grey.tiffsave_buffer(), (200, 200, 200), 3),
    "grey, 16 bits": (sixteen(grey, "grey16").tiffsave_buffer(), (200, 200, 200), 3),
    "black and white, fax": ((grey > 100).tiffsave_buffer(bitdepth=1, compression="ccittfax4"), (255, 255, 255), 3),
    "Lab": (plain.colourspace("lab").tiffsave_buffer(), RED, 3),
    "transparent": (plain.bandjoin(0).tiffsave_buffer(), (255, 255, 255), 3),
    "opaque, with alpha": (plain.bandjoin(255).tiffsave_buffer(), RED, 3),
    "several pages": (plain.join(plain.invert(), "vertical").tiffsave_buffer(page_height=SIZE[1]), RED, 3),
    "CMYK with its profile": (CMYK.tiffsave_buffer(), RED, 15),
    "CMYK without": (plain.colourspace("cmyk").tiffsave_buffer(), RED, 15),
    "another profile": (plain.icc_transform("p3", input_profile="srgb").tiffsave_buffer(), RED, 4),
    "the profile of another kind": (with_profile(plain, CMYK.get("icc-profile-data")).tiffsave_buffer(), RED, 3),
    "a profile that is none": (with_profile(plain, b"no profile" * 50).tiffsave_buffer(), RED, 3),
    "PNG": (plain.pngsave_buffer(), RED, 3),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_of_any_kind_is_srgb_in_its_own_size(kind: str) -> None:
    content, colour, apart = KINDS[kind]
    name = FIGURE.replace("fig1", "inf1")  # own size only
    [(suffix, (jpeg, picture))] = converted(content, name).items()
    assert suffix == ".jpg"
    assert (picture.width, picture.height, picture.bands, picture.interpretation) == (*SIZE, 3, "srgb")
    assert "icc-profile-data" not in picture.get_fields()
    assert all(abs(is_ - wanted) <= apart for is_, wanted in zip(picture.getpoint(500, 350), colour, strict=True))
    assert jpeg[:4] == b"\xff\xd8\xff\xe0"
    assert round(picture.xres * 25.4, 3) == round(picture.yres * 25.4, 3) == 96


def test_a_figure_is_there_in_every_size_and_none_is_enlarged() -> None:
    found = converted(tiff(1000, 700))
    assert set(found) == {".jpg", "-80w.gif", *(f"-{width}w.jpg" for width in WIDTHS)}
    for width in WIDTHS:
        content, picture = found[f"-{width}w.jpg"]
        assert picture.width == min(width, 1000)
        assert abs(picture.height - 0.7 * picture.width) <= 1
        assert content[:3] == b"\xff\xd8\xff"
    content, thumbnail = found["-80w.gif"]
    assert (thumbnail.width, thumbnail.height, content[:4]) == (80, 56, b"GIF8")
    assert (found[".jpg"][1].width, found[".jpg"][1].height) == (1000, 700)


def test_a_large_figure_keeps_its_own_size() -> None:
    found = converted(tiff(3200, 400))
    assert found[".jpg"][1].width == 3200
    assert found["-1484w.jpg"][1].width == 1484


def test_a_tiny_one_too() -> None:
    assert {(picture.width, picture.height) for _, picture in converted(tiff(3, 2)).values()} == {(3, 2)}


def test_a_picture_that_lies_on_its_side_is_set_upright() -> None:
    found = converted(with_field(plain, pyvips.GValue.gint_type, "orientation", 6).tiffsave_buffer())
    assert (found[".jpg"][1].width, found[".jpg"][1].height) == (700, 1000)
    assert (found["-300w.jpg"][1].width, found["-80w.gif"][1].width) == (300, 80)


def test_a_jpeg_is_its_own_picture_in_its_own_size() -> None:
    assert ".jpg" not in converted(plain.jpegsave_buffer(), FIGURE.replace(".tif", ".jpg"))
    assert ".jpg" in converted(plain.jpegsave_buffer(), FIGURE.replace(".tif", ".jpeg"))


def directory_first(content: bytes) -> bytes:
    """The same TIFF, its directory before the picture, as Photoshop writes it: cut off, it still begins well."""
    strip = pyvips.Image.new_from_buffer(content, "").write_to_memory()
    entries = [(256, 4, SIZE[0]), (257, 4, SIZE[1]), (258, 3, 8), (259, 3, 1), (262, 3, 1), (273, 4, 200),
               (277, 3, 1), (278, 4, SIZE[1]), (279, 4, len(strip))]  # fmt: skip
    table = b"".join(
        tag.to_bytes(2, "little") + kind.to_bytes(2, "little") + (1).to_bytes(4, "little") + value.to_bytes(4, "little")
        for tag, kind, value in entries
    )
    head = b"II*\0" + (8).to_bytes(4, "little") + len(entries).to_bytes(2, "little") + table + bytes(4)
    return head.ljust(200, b"\0") + bytes(strip)


def test_a_picture_that_is_cut_off_is_told() -> None:
    whole = directory_first(grey.tiffsave_buffer())
    assert len(converted(whole)) == 12
    for part in (0.99, 0.5, 0.1):
        assert why_not(whole[: int(part * len(whole))]).startswith(f"{FIGURE} can't be read to its end; it is cut off")
    at_the_end = plain.tiffsave_buffer(compression="lzw")
    assert why_not(at_the_end[: len(at_the_end) // 2]).startswith(f"{FIGURE} is no TIFF, JPEG or PNG, or it is cut off")
    jpeg = plain.jpegsave_buffer()
    assert "can't be read to its end" in why_not(jpeg[: len(jpeg) // 2], "elife-00353-fig1-v1.jpg")


@pytest.mark.parametrize(
    "content",
    [b"", b"a text", b"%PDF-1.4 a PDF", b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>",
     plain.gifsave_buffer(), b"II*\0" + b"\xff" * 100],
    ids=["nothing", "text", "PDF", "SVG", "GIF", "a bad directory"],
)  # fmt: skip
def test_what_is_no_picture_is_told(content: bytes) -> None:
    assert why_not(content) == f"{FIGURE} is no TIFF, JPEG or PNG, or it is cut off; save it again"


def test_too_many_pixels_are_told_without_unpacking_them() -> None:
    """Each strip of these is the same piece of the file: a bomb."""
    assert why_not(tiff(20_000, 10_000)).startswith(f"{FIGURE} has 20000 × 10000 pixels; at most 100 million are taken")
    assert "a JPEG has at most 65500 on a side" in why_not(tiff(10, 70_000))


def program(folder: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """Runs another program than picture_maker.py."""
    monkeypatch.setattr(converter, "_PROGRAM", folder / "picture_maker.py")
    (folder / "picture_maker.py").write_text(text)


def test_a_picture_that_breaks_the_converter_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the program does when libvips crashes: it dies of a signal, perhaps in the middle of an answer."""
    dies = (
        "import os, sys\nprint('core melt', file=sys.stderr, flush=True)\n"
        "sys.stdout.write({!r})\nsys.stdout.flush()\nos.kill(os.getpid(), {})"
    )
    told = f"The converter broke over {FIGURE} (signal 11); save the picture anew. It said: 'core melt'"
    half = '{"suffix": ".jpg", "bytes": 9}\nhalf'
    for said in ("", half[:20], half):
        program(tmp_path, monkeypatch, dies.format(said, 11))
        assert why_not(tiff(3, 2)) == told
    program(tmp_path, monkeypatch, "raise SystemExit(0)")  # and says nothing of what was asked for
    assert "The converter broke over" in why_not(tiff(3, 2))
    for number in (9, 15):
        program(tmp_path, monkeypatch, dies.format("", number))
        with pytest.raises(TemporaryFailure, match="was ended; the machine has too little memory, perhaps"):
            converted(tiff(3, 2))


def test_a_conversion_is_finished_when_the_worker_is_asked_to_stop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """systemd asks all processes of a unit."""
    asked = "    sys.stdout.buffer.flush()\n    os.kill(os.getpid(), signal.SIGTERM)\n"
    text = converter._PROGRAM.read_text()
    assert text.count("    sys.stdout.buffer.flush()\n") == 1
    program(tmp_path, monkeypatch, text.replace("    sys.stdout.buffer.flush()\n", asked))
    assert len(converted(tiff(3, 2))) == 12


@pytest.mark.parametrize(
    ("usual", "less", "size", "words"),
    [
        ("_CPU_SECONDS = 240", "_CPU_SECONDS = 1", (9000, 9000), "takes too long to convert"),
        ("_MEMORY_BYTES = 1024**3", "_MEMORY_BYTES = 100 * 1024**2", (2900, 2900), "takes too much memory to convert"),
    ],
    ids=["time", "memory"],
)
def test_a_picture_has_bounds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, usual: str, less: str, size: tuple[int, int], words: str
) -> None:
    text = converter._PROGRAM.read_text()
    assert usual in text
    program(tmp_path, monkeypatch, text.replace(usual, less))
    assert words in why_not(tiff(*size))


def test_which_files_are_pictures() -> None:
    names = ["fig1.tif", "fig1.jpg", "fig1-figsupp2.TIFF", "inf1.tif", "table1.png", "resp-fig1.jpeg", "app1-fig1.tif"]
    others = ["fig1-data1.tif", "supp1.tif", "media1.jpg", "video1.mp4", "fig2.eps", "code1.png", "figures.pdf"]
    every = [f"elife-00353-{name}" for name in [*names, *others]] + ["elife-00353.xml", "elife-00353.pdf"]
    names.remove("fig1.jpg")
    assert pictures(every) == sorted(f"elife-00353-{name}" for name in names)
    for own in ("inf1", "table1"):
        assert [size.suffix for size in sizes(f"elife-00353-{own}-v1.tif")] == [".jpg"]
