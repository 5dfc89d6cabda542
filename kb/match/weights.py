"""Learned weights, one per feature of rank.FEATURES; written by `python -m bench.train`."""

RANKER = (
    0,  # message_cosine
    0,  # question_cosine
    0,  # symptom_cosine
    2.4241,  # cause_cosine
    0,  # tag_cosine
    0.25011,  # code_cosine
    0,  # alike_cosine
    1.5232,  # message_whole
    2.7633,  # question_whole
    4.1075,  # symptom_whole
    0,  # cause_whole
    1.6286,  # tag_whole
    3.69,  # code_whole
    0,  # alike_whole
    0.2713,  # coverage
    0,  # key_line
    0,  # key_entry
    0,  # line_message
    0,  # line_question
    0,  # line_symptom
    0,  # line_alike
    0,  # line_entry
    0,  # line_margin
    0,  # alike_margin
    0,  # second_line
    1.5232,  # template
    0,  # print
    1.5668,  # prints
    1.6775,  # fuzzy
    2.1446,  # fuzzy_key
    7.4233,  # bm25
    0,  # missing
    0,  # missing_line
    0,  # lost_line
    -0.28187,  # alike_template
    3.354,  # d_coverage
    2.0479,  # d_bm25
    0,  # d_key_line
    0,  # d_best
    0,  # unknown
    0,  # key_unknown
    0,  # terms
    0,  # log
    0,  # foreign
    0.95425,  # foreign_margin
    0,  # foreign_template
)

# Of the best candidate: its features, then its logit, its lead, its share, and the bias.
DECIDER = (
    (
        -0.62956,  # message_cosine
        -2.9288,  # question_cosine
        -0.38347,  # symptom_cosine
        -0.1265,  # cause_cosine
        1.5655,  # tag_cosine
        0.66965,  # code_cosine
        -0.78453,  # alike_cosine
        -0.71735,  # message_whole
        1.5368,  # question_whole
        -0.018854,  # symptom_whole
        -1.1326,  # cause_whole
        -1.7761,  # tag_whole
        -1.4779,  # code_whole
        -2.0105,  # alike_whole
        0.76422,  # coverage
        -0.45518,  # key_line
        0.26884,  # key_entry
        -0.19253,  # line_message
        1.7668,  # line_question
        -0.53369,  # line_symptom
        -0.40217,  # line_alike
        -0.54356,  # line_entry
        2.5029,  # line_margin
        -1.4259,  # alike_margin
        0.58253,  # second_line
        0.97008,  # template
        0.76728,  # print
        -1.1326,  # prints
        -0.40057,  # fuzzy
        0.19039,  # fuzzy_key
        2.4478,  # bm25
        0.98461,  # missing
        -0.65025,  # missing_line
        2.3916,  # lost_line
        -1.9801,  # alike_template
        -0.18682,  # d_coverage
        0.57455,  # d_bm25
        1.5007,  # d_key_line
        0.86201,  # d_best
        2.012,  # unknown
        -1.2404,  # key_unknown
        0.63633,  # terms
        -0.8865,  # log
        -1.1529,  # foreign
        -0.037628,  # foreign_margin
        -0.61562,  # foreign_template
    ),
    0.51538,
    0.20015,
    1.1937,
    -7.5255,
)
OFFERER = (
    (
        -0.14459,  # message_cosine
        0.026465,  # question_cosine
        -0.24645,  # symptom_cosine
        -0.14933,  # cause_cosine
        -0.23928,  # tag_cosine
        1.7766,  # code_cosine
        -0.37837,  # alike_cosine
        -0.47957,  # message_whole
        1.0693,  # question_whole
        0.43884,  # symptom_whole
        -0.089909,  # cause_whole
        0.33527,  # tag_whole
        0.44677,  # code_whole
        -0.41657,  # alike_whole
        0.76465,  # coverage
        -0.24238,  # key_line
        0.77096,  # key_entry
        -0.33292,  # line_message
        0.16027,  # line_question
        -0.27536,  # line_symptom
        -1.0011,  # line_alike
        0.78084,  # line_entry
        0.88674,  # line_margin
        -0.033954,  # alike_margin
        0.0046631,  # second_line
        1.0214,  # template
        0.35879,  # print
        -0.16699,  # prints
        0.60034,  # fuzzy
        0.034944,  # fuzzy_key
        0.59629,  # bm25
        0.77654,  # missing
        0.2085,  # missing_line
        0.96136,  # lost_line
        -1.9327,  # alike_template
        0.25737,  # d_coverage
        0.33526,  # d_bm25
        0.11362,  # d_key_line
        -0.047944,  # d_best
        -0.16125,  # unknown
        -0.28246,  # key_unknown
        0.57748,  # terms
        -1.0284,  # log
        -0.64269,  # foreign
        0.29932,  # foreign_margin
        -0.60263,  # foreign_template
    ),
    0.45476,
    0.081914,
    0.11287,
    -6.8205,
)
