"""The question loop: what to ask first, questionnaires for suppliers, their replies, and exposure cards that name nobody."""
