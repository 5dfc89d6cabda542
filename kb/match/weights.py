"""Learned weights, one per feature of rank.FEATURES; written by `python -m bench.train`."""

RANKER = (
    0,  # message_cosine
    0,  # question_cosine
    0,  # symptom_cosine
    0.9974,  # cause_cosine
    1.5663,  # tag_cosine
    0,  # code_cosine
    0,  # query_cosine
    0,  # alike_cosine
    1.1768,  # message_whole
    2.0654,  # question_whole
    2.1348,  # symptom_whole
    0.74587,  # cause_whole
    0,  # tag_whole
    1.9694,  # code_whole
    0.74048,  # query_whole
    0,  # alike_whole
    0.87156,  # coverage
    0,  # key_line
    0,  # key_entry
    0,  # line_message
    2.2603,  # line_question
    0.47064,  # line_symptom
    0,  # line_query
    0,  # line_alike
    0,  # line_entry
    0,  # line_margin
    0,  # alike_margin
    0,  # second_line
    6.2273,  # pairs
    0,  # pairs_key
    0,  # alike_pairs
    14.236,  # plain
    0,  # plain_key
    0,  # alike_plain
    2.3258,  # template
    0,  # print
    0,  # prints
    0.96342,  # fuzzy
    0.15643,  # fuzzy_key
    9.8428,  # bm25
    0,  # missing
    0,  # missing_line
    0,  # lost_line
    0,  # alike_template
    0.88034,  # d_coverage
    0.67736,  # d_bm25
    0,  # d_key_line
    0,  # d_best
    0,  # unknown
    0,  # key_unknown
    0,  # terms
    0,  # log
    0,  # foreign
    0.16859,  # foreign_margin
    0,  # foreign_template
)

# Of the best candidate: its features, then its logit, its lead, its share, and the bias.
DECIDER = (
    (
        0,  # message_cosine
        0,  # question_cosine
        0,  # symptom_cosine
        0.9511,  # cause_cosine
        0.70729,  # tag_cosine
        0.67661,  # code_cosine
        0,  # query_cosine
        -1.7117,  # alike_cosine
        0.084554,  # message_whole
        0.49551,  # question_whole
        0,  # symptom_whole
        0,  # cause_whole
        0,  # tag_whole
        0,  # code_whole
        0.13183,  # query_whole
        0,  # alike_whole
        0,  # coverage
        0,  # key_line
        0,  # key_entry
        0,  # line_message
        1.3848,  # line_question
        0.82451,  # line_symptom
        0,  # line_query
        -0.51838,  # line_alike
        0,  # line_entry
        0,  # line_margin
        0,  # alike_margin
        0,  # second_line
        0.21406,  # pairs
        0,  # pairs_key
        -5.3138,  # alike_pairs
        1.3412,  # plain
        0,  # plain_key
        -5.9658,  # alike_plain
        1.2774,  # template
        0.43991,  # print
        0,  # prints
        0.17416,  # fuzzy
        0,  # fuzzy_key
        0,  # bm25
        0,  # missing
        0,  # missing_line
        0,  # lost_line
        -1.4361,  # alike_template
        0.5023,  # d_coverage
        2.819,  # d_bm25
        0,  # d_key_line
        0,  # d_best
        0,  # unknown
        0,  # key_unknown
        0.38095,  # terms
        -1.0733,  # log
        -1.45,  # foreign
        0,  # foreign_margin
        -0.58113,  # foreign_template
    ),
    0,
    0.1832,
    2.8937,
    -2.9456,
)
OFFERER = (
    (
        0.82936,  # message_cosine
        1.3817,  # question_cosine
        0.03061,  # symptom_cosine
        3.183,  # cause_cosine
        1.1115,  # tag_cosine
        4.1729,  # code_cosine
        0.63782,  # query_cosine
        0,  # alike_cosine
        0,  # message_whole
        1.0508,  # question_whole
        1.1677,  # symptom_whole
        0.39179,  # cause_whole
        0,  # tag_whole
        0,  # code_whole
        0.72519,  # query_whole
        -0.041673,  # alike_whole
        1.4391,  # coverage
        0,  # key_line
        0.088926,  # key_entry
        0.033115,  # line_message
        0.33838,  # line_question
        0,  # line_symptom
        0,  # line_query
        -0.23037,  # line_alike
        0.95247,  # line_entry
        0.98643,  # line_margin
        0,  # alike_margin
        0,  # second_line
        1.5386,  # pairs
        0,  # pairs_key
        -4.2405,  # alike_pairs
        0.67783,  # plain
        0,  # plain_key
        -5.5256,  # alike_plain
        1.9883,  # template
        0,  # print
        0,  # prints
        0.93702,  # fuzzy
        0,  # fuzzy_key
        0,  # bm25
        0,  # missing
        0,  # missing_line
        0,  # lost_line
        -1.5217,  # alike_template
        0.22555,  # d_coverage
        2.2413,  # d_bm25
        0,  # d_key_line
        0,  # d_best
        -0.8459,  # unknown
        -0.035206,  # key_unknown
        1.4924,  # terms
        -1.3435,  # log
        -0.65337,  # foreign
        0,  # foreign_margin
        -0.9183,  # foreign_template
    ),
    0.0033523,
    0.066386,
    1.3847,
    -8.3847,
)
