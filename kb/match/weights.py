"""Learned weights, one per feature of rank.FEATURES; written by `python -m bench.train`."""

RANKER = (
    0,  # message_cosine
    0,  # question_cosine
    0,  # symptom_cosine
    3.2541,  # cause_cosine
    0,  # tag_cosine
    3.8142,  # code_cosine
    0,  # alike_cosine
    1.8656,  # message_whole
    2.5784,  # question_whole
    4.3323,  # symptom_whole
    0,  # cause_whole
    2.365,  # tag_whole
    0.48873,  # code_whole
    0,  # alike_whole
    0.83293,  # coverage
    0,  # key_line
    0,  # key_entry
    0,  # line_message
    0,  # line_question
    0,  # line_symptom
    0,  # line_alike
    1.0698,  # line_entry
    0,  # line_margin
    0,  # alike_margin
    0,  # second_line
    1.5588,  # template
    0.54798,  # print
    0.30332,  # prints
    1.7785,  # fuzzy
    2.7729,  # fuzzy_key
    6.7849,  # bm25
    0,  # missing
    0,  # missing_line
    0,  # lost_line
    -1.7471,  # alike_template
    2.6877,  # d_coverage
    0.87897,  # d_bm25
    0,  # d_key_line
    0,  # d_best
    0,  # unknown
    0,  # key_unknown
    0,  # terms
    0,  # log
    0,  # foreign
    0.9332,  # foreign_margin
    0,  # foreign_template
)

# Of the best candidate: its features, then its logit, its lead, its share, and the bias.
DECIDER = (
    (
        -0.45551,  # message_cosine
        -3.943,  # question_cosine
        -0.92365,  # symptom_cosine
        -1.4539,  # cause_cosine
        1.376,  # tag_cosine
        -0.53551,  # code_cosine
        -0.081303,  # alike_cosine
        -0.94567,  # message_whole
        3.9368,  # question_whole
        -1.6069,  # symptom_whole
        0.39941,  # cause_whole
        -2.1109,  # tag_whole
        -0.047861,  # code_whole
        -1.6665,  # alike_whole
        1.2327,  # coverage
        0.64886,  # key_line
        -0.025482,  # key_entry
        -0.32589,  # line_message
        -0.183,  # line_question
        1.7171,  # line_symptom
        -0.14525,  # line_alike
        -0.86633,  # line_entry
        2.1603,  # line_margin
        -0.88824,  # alike_margin
        -0.0039537,  # second_line
        0.24195,  # template
        -0.12452,  # print
        -0.1882,  # prints
        -0.067683,  # fuzzy
        -0.41867,  # fuzzy_key
        2.252,  # bm25
        0.97915,  # missing
        -0.93186,  # missing_line
        2.6312,  # lost_line
        -1.2383,  # alike_template
        -0.09,  # d_coverage
        1.3151,  # d_bm25
        0.51329,  # d_key_line
        1.6718,  # d_best
        -0.068714,  # unknown
        0.54164,  # key_unknown
        0.52283,  # terms
        -0.47057,  # log
        -0.72444,  # foreign
        0.23573,  # foreign_margin
        -0.45508,  # foreign_template
    ),
    0.44874,
    0.23176,
    0.93163,
    -7.516,
)
OFFERER = (
    (
        -0.074735,  # message_cosine
        -0.23106,  # question_cosine
        0.28712,  # symptom_cosine
        -0.27225,  # cause_cosine
        -0.096851,  # tag_cosine
        0.44737,  # code_cosine
        -0.36195,  # alike_cosine
        -0.00098699,  # message_whole
        0.7682,  # question_whole
        -0.033691,  # symptom_whole
        0.88659,  # cause_whole
        0.84416,  # tag_whole
        1.4442,  # code_whole
        -0.12801,  # alike_whole
        0.77909,  # coverage
        0.040796,  # key_line
        0.60229,  # key_entry
        -0.18545,  # line_message
        -0.12297,  # line_question
        0.19877,  # line_symptom
        -0.64454,  # line_alike
        0.39581,  # line_entry
        0.64705,  # line_margin
        0.20024,  # alike_margin
        -0.68357,  # second_line
        0.51926,  # template
        -0.19105,  # print
        -0.065132,  # prints
        0.50115,  # fuzzy
        -0.20861,  # fuzzy_key
        0.61556,  # bm25
        0.85953,  # missing
        0.096106,  # missing_line
        0.62645,  # lost_line
        -1.1211,  # alike_template
        0.33474,  # d_coverage
        0.36773,  # d_bm25
        0.14896,  # d_key_line
        0.23327,  # d_best
        -0.96801,  # unknown
        -0.13085,  # key_unknown
        0.49599,  # terms
        -0.8865,  # log
        -0.42446,  # foreign
        0.36222,  # foreign_margin
        -0.54845,  # foreign_template
    ),
    0.42622,
    0.091545,
    0.097479,
    -6.7568,
)
