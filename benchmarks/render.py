"""Write ``benchmarks/README.md`` from the result files; no figure in it is typed.

python -m benchmarks.render         # this, and docs/guide/choose.md
python -m benchmarks.render choose  # the latter only
"""

import json
import sys
from pathlib import Path

from benchmarks.tables import fusions, media, speed

HERE = Path(__file__).parent
HEAD = """# Figures

Made by `python -m benchmarks.render` from `results/*.json`, which `make bench` writes; each
file says on what machine, with which versions and at which commit. Seconds are of that
machine; ratios travel. One thread, median processor time of interleaved calls in one
process, results compared in the same script. Real data are read from the folder named by
`MMSK_DATA`.
"""


RENDERERS = {
    "speed_search": speed.search,
    "speed_store": speed.speed,
    "speed_extract": speed.extraction,
    "speed_trees": speed.trees,
    "speed_mkl": speed.kernels,
    "quality_scenes15": media.scenes15,
    "speed_fisher": speed.speed,
    "speed_text": speed.text_speed,
    "speed_text_memory": speed.text_memory,
    "quality_tuxpaint_image": media.pictures,
    "speed_patches": speed.speed,
    "speed_hog": speed.speed,
    "speed_mfcc": speed.speed,
    "speed_audio": speed.speed,
    "speed_video": speed.films,
    "speed_long": speed.long_media,
    "speed_long_sound": speed.long_media,
    "speed_texture": speed.speed,
    "speed_union": speed.speed,
    "speed_sequences": speed.speed,
    "speed_peers": speed.peers,
    "speed_threads": speed.threads,
    "speed_imports": speed.imports,
    "quality_tables": fusions.tables,
    "quality_matrices": fusions.matrices,
    "quality_pools": fusions.pools,
    "quality_planted": fusions.planted,
    "quality_auto": fusions.auto,
    "quality_families": fusions.families,
    "quality_stamps": media.stamps,
    "quality_actions": media.actions,
    "quality_easy_vqa": media.easy_vqa,
    "quality_text": media.texts,
    "quality_latents": fusions.latents,
    "quality_cascade_forest": fusions.cascade_forest,
    "quality_speech": media.speech,
    "quality_digits_av": media.digits_av,
    "speed_speech": speed.speed,
    "quality_sequences": media.sequences,
    "quality_sequences_experimental": media.experimental_sequences,
}


def choose():
    """The page of the guide on which fusion to choose: its text, and tables of results."""
    result = json.loads((HERE / "results" / "quality_families.json").read_text())
    text = (HERE / "choose.md").read_text()
    text = text.replace("{choice}", fusions.choice(result)).replace(
        "{families}", fusions.families(result)
    )
    (HERE.parent / "docs" / "guide" / "choose.md").write_text(text)


if __name__ == "__main__":
    choose()
    if sys.argv[1:] == ["choose"]:
        sys.exit()
    sections = [HEAD]
    for name, render in RENDERERS.items():
        path = HERE / "results" / f"{name}.json"
        if path.exists():
            result = json.loads(path.read_text())
            section = render(result)
            where = f"{result['machine']['processor']}, commit {str(result['commit'])[:12]}"
            sections.append(f"{section}\n\nMeasured on {where}.\n")
    (HERE / "README.md").write_text("\n".join(sections))
