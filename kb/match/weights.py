"""Learned weights, one per feature of rank.FEATURES; written by `python -m bench.train`."""

RANKER = (
    -0.41816,  # message_cosine
    -2.6595,  # question_cosine
    -0.30528,  # symptom_cosine
    3.0407,  # cause_cosine
    1.24,  # tag_cosine
    2.5176,  # code_cosine
    0.723,  # alike_cosine
    2.0811,  # message_whole
    6.5531,  # question_whole
    4.9774,  # symptom_whole
    0.17137,  # cause_whole
    1.4077,  # tag_whole
    0.5728,  # code_whole
    1.5159,  # alike_whole
    1.3029,  # coverage
    -0.1662,  # key_line
    -1.5346,  # key_entry
    -0.78423,  # line_message
    -2.0197,  # line_question
    -0.24317,  # line_symptom
    0.042113,  # line_alike
    1.9333,  # line_entry
    1.6088,  # line_margin
    -0.23009,  # alike_margin
    1.2996,  # second_line
    -0.52925,  # template
    0.73772,  # print
    -0.51345,  # prints
    1.5333,  # fuzzy
    2.8272,  # fuzzy_key
    5.2114,  # bm25
    2.1963,  # d_coverage
    2.3041,  # d_bm25
    0.32923,  # d_key_line
    0.098083,  # d_best
    1.4133e-07,  # unknown
    1.3588e-07,  # key_unknown
    5.3861e-09,  # terms
    4.5331e-08,  # log
)

# Of the best candidate: its features, then its logit, its lead, its share, and the bias.
DECIDER = (
    (
        -0.75632,  # message_cosine
        -3.8359,  # question_cosine
        -0.053718,  # symptom_cosine
        -0.79163,  # cause_cosine
        0.04945,  # tag_cosine
        -0.18388,  # code_cosine
        -0.3677,  # alike_cosine
        -0.28909,  # message_whole
        1.4526,  # question_whole
        -1.5611,  # symptom_whole
        0.43538,  # cause_whole
        -1.1056,  # tag_whole
        0.26373,  # code_whole
        -4.058,  # alike_whole
        -0.36591,  # coverage
        -1.1137,  # key_line
        0.45984,  # key_entry
        0.17418,  # line_message
        2.2876,  # line_question
        0.69571,  # line_symptom
        0.20087,  # line_alike
        -1.4788,  # line_entry
        1.125,  # line_margin
        -1.0286,  # alike_margin
        -1.3044,  # second_line
        0.68483,  # template
        -0.052401,  # print
        -0.5303,  # prints
        0.40041,  # fuzzy
        -0.45852,  # fuzzy_key
        2.4032,  # bm25
        0.23438,  # d_coverage
        2.0533,  # d_bm25
        0.65589,  # d_key_line
        1.2121,  # d_best
        -0.56205,  # unknown
        0.63088,  # key_unknown
        0.19573,  # terms
        -1.107,  # log
    ),
    0.45169,
    0.11745,
    1.3647,
    -3.3121,
)
OFFERER = (
    (
        0.039381,  # message_cosine
        -0.073925,  # question_cosine
        0.1441,  # symptom_cosine
        0.055876,  # cause_cosine
        -0.20216,  # tag_cosine
        1.0118,  # code_cosine
        -0.3666,  # alike_cosine
        0.2501,  # message_whole
        0.92782,  # question_whole
        -0.21734,  # symptom_whole
        1.2382,  # cause_whole
        0.3379,  # tag_whole
        0.86217,  # code_whole
        -0.14859,  # alike_whole
        0.62995,  # coverage
        -0.14756,  # key_line
        0.5459,  # key_entry
        -0.15936,  # line_message
        0.21857,  # line_question
        -0.16342,  # line_symptom
        -0.71731,  # line_alike
        0.049279,  # line_entry
        0.62729,  # line_margin
        0.15647,  # alike_margin
        -0.59008,  # second_line
        0.77373,  # template
        -0.24767,  # print
        -0.84249,  # prints
        0.56839,  # fuzzy
        -0.18985,  # fuzzy_key
        0.64693,  # bm25
        0.50994,  # d_coverage
        0.26936,  # d_bm25
        0.19821,  # d_key_line
        0.20411,  # d_best
        -0.69218,  # unknown
        -0.085682,  # key_unknown
        0.12639,  # terms
        -0.96808,  # log
    ),
    0.34402,
    0.090785,
    0.10865,
    -3.6914,
)
