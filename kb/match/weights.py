"""Learned weights, one per feature of rank.FEATURES; written by `python -m bench.train`."""

RANKER = (
    0,  # message_cosine
    0,  # question_cosine
    0,  # symptom_cosine
    0,  # cause_cosine
    0,  # tag_cosine
    0,  # code_cosine
    0,  # query_cosine
    0,  # alike_cosine
    0.84334,  # message_whole
    0,  # question_whole
    3.3774,  # symptom_whole
    0,  # cause_whole
    0,  # tag_whole
    0,  # code_whole
    0,  # query_whole
    0,  # alike_whole
    0.52263,  # coverage
    0.18426,  # alike_margin
    7.8948,  # pairs
    0,  # alike_pairs
    14.428,  # plain
    0,  # alike_plain
    2.4681,  # template
    0,  # print
    12.473,  # bm25
    -0.73405,  # alike_template
    0.40502,  # d_coverage
    1.2489,  # d_bm25
    0,  # unknown
    0,  # key_unknown
    0,  # terms
    0,  # log
    0,  # foreign
    1.4597,  # foreign_margin
    0,  # foreign_template
)

# Of the best candidate: its features, then its logit, its lead, its share, and the bias.
DECIDER = (
    (
        0,  # message_cosine
        1.3181,  # question_cosine
        0.26272,  # symptom_cosine
        0.94074,  # cause_cosine
        1.3313,  # tag_cosine
        0.92171,  # code_cosine
        0,  # query_cosine
        -2.7638,  # alike_cosine
        0,  # message_whole
        1.9783,  # question_whole
        0,  # symptom_whole
        0,  # cause_whole
        0,  # tag_whole
        0.41238,  # code_whole
        0.33865,  # query_whole
        0,  # alike_whole
        0,  # coverage
        0,  # alike_margin
        0.11459,  # pairs
        -4.1615,  # alike_pairs
        1.2646,  # plain
        -6.2747,  # alike_plain
        1.268,  # template
        0.49428,  # print
        0,  # bm25
        -1.2631,  # alike_template
        0.71716,  # d_coverage
        2.0125,  # d_bm25
        0,  # unknown
        0,  # key_unknown
        0.31537,  # terms
        -0.81288,  # log
        -1.3635,  # foreign
        0,  # foreign_margin
        -0.67283,  # foreign_template
    ),
    0,
    0.18045,
    2.8078,
    -2.8347,
)
OFFERER = (
    (
        1.1644,  # message_cosine
        2.3259,  # question_cosine
        0,  # symptom_cosine
        2.7557,  # cause_cosine
        0.84869,  # tag_cosine
        3.6023,  # code_cosine
        0.67072,  # query_cosine
        -1.6835,  # alike_cosine
        0,  # message_whole
        1.5353,  # question_whole
        1.0696,  # symptom_whole
        0.59067,  # cause_whole
        0.3211,  # tag_whole
        0,  # code_whole
        1.2086,  # query_whole
        0,  # alike_whole
        2.1276,  # coverage
        0.059448,  # alike_margin
        0.58208,  # pairs
        -3.6974,  # alike_pairs
        0,  # plain
        -5.0838,  # alike_plain
        2.2644,  # template
        0,  # print
        0,  # bm25
        -1.2698,  # alike_template
        0.48521,  # d_coverage
        1.2665,  # d_bm25
        -1.0694,  # unknown
        -0.113,  # key_unknown
        1.36,  # terms
        -0.69391,  # log
        -0.4779,  # foreign
        0,  # foreign_margin
        -0.84447,  # foreign_template
    ),
    0,
    0.16199,
    1.3442,
    -7.494,
)
