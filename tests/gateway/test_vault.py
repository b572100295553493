"""An envelope opens with its key, at its place, unaltered, or not at all."""

import base64
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metonic_core.model.marker import Marker
from metonic_gateway.vault import Place, Vault, VaultError, new_key_file, read_keys

OLD, NEW = bytes(range(32)), bytes(range(32, 64))
PLACE = Place("calendar_sync_configs", "7b0e", "password")
MARKER = Marker(UUID(int=1), UUID(int=2), 1, "op")


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_what_was_sealed_opens_at_its_place(text: str) -> None:
    vault = Vault({"k1": OLD})

    assert vault.open(vault.seal(text, PLACE), PLACE) == text


def test_an_envelope_names_its_key_and_hides_its_content() -> None:
    version, kid, sealed = Vault({"k1": OLD}).seal("abcd-efgh-ijkl-mnop", PLACE).split(".")

    assert (version, kid) == ("v1", "k1")
    assert b"abcd" not in base64.urlsafe_b64decode(sealed)


def test_the_same_text_is_never_sealed_alike() -> None:
    vault = Vault({"k1": OLD})

    assert vault.seal("secret", PLACE) != vault.seal("secret", PLACE)


@pytest.mark.parametrize(
    "other",
    [
        Place("calendar_sync_configs", "7b0f", "password"),
        Place("calendar_sync_configs", "7b0e", "refresh_token"),
        Place("calendar_sync_mappings", "7b0e", "password"),
    ],
)
def test_an_envelope_moved_to_another_place_does_not_open(other: Place) -> None:
    vault = Vault({"k1": OLD})
    envelope = vault.seal("secret", PLACE)

    with pytest.raises(VaultError, match="altered or belongs elsewhere"):
        vault.open(envelope, other)


@given(st.integers(min_value=0, max_value=33), st.integers(min_value=1, max_value=255))
def test_an_envelope_with_an_altered_byte_does_not_open(position: int, change: int) -> None:
    vault = Vault({"k1": OLD})
    *head, sealed = vault.seal("secret", PLACE).split(".")
    content = bytearray(base64.urlsafe_b64decode(sealed))
    content[position] ^= change

    with pytest.raises(VaultError, match="altered"):
        vault.open(".".join([*head, base64.urlsafe_b64encode(content).decode()]), PLACE)


@pytest.mark.parametrize("sealed", ["", "AAAA", "not base64!", "é"])
def test_what_is_too_short_or_no_base64_does_not_open(sealed: str) -> None:
    with pytest.raises(VaultError, match="altered"):
        Vault({"k1": OLD}).open(f"v1.k1.{sealed}", PLACE)


@pytest.mark.parametrize("stored", ["", "secret", "v2.k1.AAAA"])
def test_what_is_no_envelope_is_said_to_be_none(stored: str) -> None:
    with pytest.raises(VaultError, match="no envelope"):
        Vault({"k1": OLD}).open(stored, PLACE)


def test_the_first_key_seals_and_every_key_opens() -> None:
    before = Vault({"k1": OLD}).seal("secret", PLACE)
    rotated = Vault({"k2": NEW, "k1": OLD})

    assert rotated.seal("secret", PLACE).startswith("v1.k2.")
    assert rotated.open(before, PLACE) == "secret"


def test_a_missing_key_is_named_with_the_place_and_the_setting() -> None:
    envelope = Vault({"k1": OLD}).seal("secret", PLACE)

    with pytest.raises(VaultError, match=r"'k1' that sealed .*7b0e.* METONIC_KEYS"):
        Vault({"k2": NEW}).open(envelope, PLACE)


def test_an_envelope_under_another_root_of_the_same_id_does_not_open() -> None:
    envelope = Vault({"k1": OLD}).seal("secret", PLACE)

    with pytest.raises(VaultError, match="altered"):
        Vault({"k1": NEW}).open(envelope, PLACE)


def test_a_marker_outlives_the_rotation_of_keys() -> None:
    signed = Vault({"k1": OLD}).marker_key().sign(MARKER)

    assert Vault({"k2": NEW, "k1": OLD}).marker_key().read(signed) == MARKER


def test_another_installation_does_not_read_our_markers() -> None:
    signed = Vault({"k1": OLD}).marker_key().sign(MARKER)

    assert Vault({"k1": NEW}).marker_key().read(signed) is None


def test_keys_are_read_in_their_order() -> None:
    old, new = (base64.b64encode(root).decode() for root in (OLD, NEW))

    assert list(read_keys(f"k2:{new}, k1:{old}").items()) == [("k2", NEW), ("k1", OLD)]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "key 1 must begin with its id"),
        ("a.b:AAAA", "key 1 must begin with its id"),
        ("k1:AAAA", "key 1 has 3 bytes and needs 32"),
        ("k1:hunter2", "key 1 is not base64"),
        (f"k1:{base64.b64encode(OLD).decode()},", "key 2 must begin with its id"),
        (f"k1:{base64.b64encode(OLD).decode()}," * 2, "key 2 has the id of an earlier one"),
    ],
)
def test_a_wrong_key_is_told_by_its_number_and_not_shown(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says) as caught:
        read_keys(text)

    assert "hunter2" not in str(caught.value)


def test_a_new_key_file_holds_a_key_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "keys"

    new_key_file(path)

    assert path.stat().st_mode & 0o777 == 0o600
    assert [len(root) for root in read_keys(path.read_text()).values()] == [32]


def test_two_new_key_files_differ(tmp_path: Path) -> None:
    new_key_file(tmp_path / "one")
    new_key_file(tmp_path / "two")

    assert (tmp_path / "one").read_text() != (tmp_path / "two").read_text()


def test_a_key_file_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("precious")

    with pytest.raises(FileExistsError):
        new_key_file(tmp_path / "keys")

    assert (tmp_path / "keys").read_text() == "precious"
