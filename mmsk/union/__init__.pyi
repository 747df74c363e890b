from ._media_union import MediaUnion as MediaUnion
