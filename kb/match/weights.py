"""Learned weights, one per feature of rank.FEATURES; written by `python -m bench.train`."""

RANKER = (
    -0.39235,  # message_cosine
    -2.6129,  # question_cosine
    -0.31367,  # symptom_cosine
    3.0244,  # cause_cosine
    1.1747,  # tag_cosine
    2.7608,  # code_cosine
    0.61016,  # alike_cosine
    2.1263,  # message_whole
    6.6437,  # question_whole
    5.0539,  # symptom_whole
    0.21153,  # cause_whole
    1.4507,  # tag_whole
    0.14548,  # code_whole
    1.633,  # alike_whole
    1.217,  # coverage
    -0.19193,  # key_line
    -1.5577,  # key_entry
    -0.8278,  # line_message
    -2.0384,  # line_question
    -0.2481,  # line_symptom
    0.055636,  # line_alike
    2.1593,  # line_entry
    1.549,  # line_margin
    -0.22799,  # alike_margin
    1.2192,  # second_line
    -0.60835,  # template
    0.29243,  # print
    1.5492,  # fuzzy
    2.8141,  # fuzzy_key
    5.2188,  # bm25
    2.0966,  # d_coverage
    2.3117,  # d_bm25
    0.27496,  # d_key_line
    0.10956,  # d_best
    1.279e-07,  # unknown
    1.2354e-07,  # key_unknown
    -5.7538e-12,  # terms
    4.0187e-08,  # log
)

# Of the best candidate: its features, then its logit, its lead, its share, and the bias.
DECIDER = (
    (
        -0.45381,  # message_cosine
        -3.6626,  # question_cosine
        -0.042833,  # symptom_cosine
        -0.55627,  # cause_cosine
        0.32771,  # tag_cosine
        -0.69736,  # code_cosine
        -0.34578,  # alike_cosine
        -0.031446,  # message_whole
        1.4282,  # question_whole
        -1.6735,  # symptom_whole
        0.24632,  # cause_whole
        -1.2427,  # tag_whole
        0.35939,  # code_whole
        -3.999,  # alike_whole
        -1.1795,  # coverage
        -1.1233,  # key_line
        0.68971,  # key_entry
        -0.32759,  # line_message
        2.2078,  # line_question
        0.87317,  # line_symptom
        0.036462,  # line_alike
        -0.98637,  # line_entry
        0.82275,  # line_margin
        -0.9295,  # alike_margin
        -1.5443,  # second_line
        0.51098,  # template
        -0.29992,  # print
        0.55181,  # fuzzy
        -0.59315,  # fuzzy_key
        2.6241,  # bm25
        0.19668,  # d_coverage
        2.1516,  # d_bm25
        0.65445,  # d_key_line
        1.3733,  # d_best
        -0.27362,  # unknown
        0.30695,  # key_unknown
        0.22894,  # terms
        -1.1878,  # log
    ),
    0.42918,
    0.11259,
    1.3851,
    -3.1902,
)
OFFERER = (
    (
        0.012245,  # message_cosine
        -0.10012,  # question_cosine
        0.15395,  # symptom_cosine
        0.063422,  # cause_cosine
        -0.15041,  # tag_cosine
        1.0425,  # code_cosine
        -0.37682,  # alike_cosine
        0.37824,  # message_whole
        1.0118,  # question_whole
        -0.34569,  # symptom_whole
        1.0904,  # cause_whole
        0.42395,  # tag_whole
        1.0558,  # code_whole
        -0.13839,  # alike_whole
        0.55496,  # coverage
        -0.22099,  # key_line
        0.59523,  # key_entry
        -0.16259,  # line_message
        0.17856,  # line_question
        -0.093396,  # line_symptom
        -0.70242,  # line_alike
        0.14729,  # line_entry
        0.54873,  # line_margin
        0.1875,  # alike_margin
        -0.66525,  # second_line
        0.67302,  # template
        -0.4317,  # print
        0.69738,  # fuzzy
        -0.28215,  # fuzzy_key
        0.6,  # bm25
        0.49215,  # d_coverage
        0.27844,  # d_bm25
        0.1887,  # d_key_line
        0.20531,  # d_best
        -0.66042,  # unknown
        -0.13591,  # key_unknown
        0.13734,  # terms
        -1.1531,  # log
    ),
    0.33464,
    0.090293,
    0.11368,
    -3.6801,
)
