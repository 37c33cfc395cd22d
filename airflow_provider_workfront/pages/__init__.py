"""The pages under `/workfront/` in the api-server: how every connection stands, and a button that authorizes it.

`flow` is pure: what is kept between the button and Workfront's answer, and what is wrong with an answer. `visitor` asks
Airflow who is looking and what they may do. `view` renders. `routes` joins them to the broker.
"""
