"""Learned weights, one per feature of rank.FEATURES; written by `python -m bench.train`."""

RANKER = (
    0,  # message_cosine
    0,  # question_cosine
    0,  # symptom_cosine
    1.869,  # cause_cosine
    0,  # tag_cosine
    0,  # code_cosine
    0,  # query_cosine
    0,  # alike_cosine
    1.2266,  # message_whole
    2.2541,  # question_whole
    3.0519,  # symptom_whole
    0.36921,  # cause_whole
    1.688,  # tag_whole
    2.9926,  # code_whole
    1.3379,  # query_whole
    0,  # alike_whole
    0.56739,  # coverage
    0,  # key_line
    0,  # key_entry
    0,  # line_message
    1.278,  # line_question
    0,  # line_symptom
    0,  # line_query
    0,  # line_alike
    0,  # line_entry
    0.56433,  # line_margin
    0,  # alike_margin
    0,  # second_line
    2.3345,  # template
    0,  # print
    0.90572,  # prints
    2.294,  # fuzzy
    2.9461,  # fuzzy_key
    10.708,  # bm25
    0,  # missing
    0,  # missing_line
    0,  # lost_line
    -0.55868,  # alike_template
    2.1106,  # d_coverage
    1.9496,  # d_bm25
    0.27113,  # d_key_line
    0,  # d_best
    0,  # unknown
    0,  # key_unknown
    0,  # terms
    0,  # log
    0,  # foreign
    0.36478,  # foreign_margin
    0,  # foreign_template
)

# Of the best candidate: its features, then its logit, its lead, its share, and the bias.
DECIDER = (
    (
        0.27557,  # message_cosine
        -0.45088,  # question_cosine
        -1.8459,  # symptom_cosine
        0.64937,  # cause_cosine
        2.4292,  # tag_cosine
        -1.0189,  # code_cosine
        -1.0735,  # query_cosine
        -0.2449,  # alike_cosine
        -0.90966,  # message_whole
        -0.37957,  # question_whole
        -0.12459,  # symptom_whole
        -0.33415,  # cause_whole
        -2.1586,  # tag_whole
        0.44277,  # code_whole
        1.4957,  # query_whole
        1.8104,  # alike_whole
        2.4472,  # coverage
        0.94977,  # key_line
        -0.60468,  # key_entry
        0.66893,  # line_message
        2.1284,  # line_question
        1.6048,  # line_symptom
        -0.37204,  # line_query
        -1.0425,  # line_alike
        -0.85763,  # line_entry
        2.4554,  # line_margin
        1.1855,  # alike_margin
        -1.3083,  # second_line
        0.87388,  # template
        0.52178,  # print
        -0.31461,  # prints
        -0.080845,  # fuzzy
        0.27817,  # fuzzy_key
        -0.51431,  # bm25
        0.86036,  # missing
        -0.44266,  # missing_line
        2.0644,  # lost_line
        -2.0655,  # alike_template
        0.17029,  # d_coverage
        2.6556,  # d_bm25
        0.88708,  # d_key_line
        -0.4113,  # d_best
        1.4829,  # unknown
        -1.2522,  # key_unknown
        0.36571,  # terms
        -0.87228,  # log
        -3.2197,  # foreign
        -1.6723,  # foreign_margin
        -0.66574,  # foreign_template
    ),
    0.28224,
    0.16181,
    2.2173,
    -6.6183,
)
OFFERER = (
    (
        -0.55058,  # message_cosine
        1.3624,  # question_cosine
        -0.22419,  # symptom_cosine
        0.75377,  # cause_cosine
        0.15676,  # tag_cosine
        3.9613,  # code_cosine
        0.89371,  # query_cosine
        -0.51139,  # alike_cosine
        1.0548,  # message_whole
        0.33229,  # question_whole
        1.1992,  # symptom_whole
        1.0651,  # cause_whole
        0.74673,  # tag_whole
        -0.34692,  # code_whole
        0.9384,  # query_whole
        0.31174,  # alike_whole
        1.8952,  # coverage
        -0.57486,  # key_line
        2.536,  # key_entry
        -0.40408,  # line_message
        0.8461,  # line_question
        -0.086662,  # line_symptom
        0.95229,  # line_query
        -0.56874,  # line_alike
        1.0862,  # line_entry
        0.86456,  # line_margin
        0.69184,  # alike_margin
        -1.3953,  # second_line
        2.0766,  # template
        -0.0088574,  # print
        0.30664,  # prints
        1.5461,  # fuzzy
        -0.31427,  # fuzzy_key
        -1.4307,  # bm25
        2.2707,  # missing
        0.25457,  # missing_line
        0.61159,  # lost_line
        -2.407,  # alike_template
        1.2012,  # d_coverage
        0.93191,  # d_bm25
        0.21813,  # d_key_line
        -0.74431,  # d_best
        0.041733,  # unknown
        -1.0686,  # key_unknown
        0.7325,  # terms
        -1.4016,  # log
        -1.1675,  # foreign
        0.21589,  # foreign_margin
        -0.80669,  # foreign_template
    ),
    0.3329,
    0.035514,
    0.41916,
    -11.544,
)
